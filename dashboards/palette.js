// The command palette: Ctrl-K or ⌘K, then a few letters of a page, a funnel, an ad, a link, or a person's id. Without
// this file the link in the side bar leads to the same as a page.

const link = document.querySelector("a[data-palette]");
let dialog = null;
let turn = 0;
let waiting;

function made() {
  if (dialog) return dialog;
  dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", link.textContent.trim());
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = link.dataset.palette;
  field.setAttribute("aria-label", link.dataset.palette);
  const found = document.createElement("div");
  dialog.append(field, found);
  document.body.append(dialog);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(field.value), 120);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", move);
  return dialog;
}

async function ask(text) {
  const own = ++turn;
  const address = new URL("/find", location.href);
  address.searchParams.set("search", text);
  const workspace = new URLSearchParams(location.search).get("workspace");
  if (workspace) address.searchParams.set("workspace", workspace);
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || own !== turn) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("found");
  if (found && own === turn) dialog.querySelector("div").replaceChildren(found);
}

// Arrows go through what was found; Enter in the field takes the first.
function move(event) {
  const hits = [...dialog.querySelectorAll("#found a")];
  const at = hits.indexOf(document.activeElement);
  const field = dialog.querySelector("input");
  if (event.key === "ArrowDown") (hits[at + 1] ?? hits[0])?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? hits[at - 1] : field).focus();
  else if (event.key === "Enter" && document.activeElement === field) hits[0]?.click();
  else return;
  event.preventDefault();
}

function open() {
  made().showModal();
  const field = dialog.querySelector("input");
  field.value = "";
  field.focus();
  ask("");
}

if (link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
}
