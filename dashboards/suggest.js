// Fields that suggest what exists: a list below the field, by the mouse or the arrow keys. Without this file whatever
// is typed counts as it is.

let shown = null;
let turn = 0;
let waiting;

// What the field looks for: a field of events, or the dimension that is chosen beside it.
function wanted(field) {
  const beside = document.getElementById(field.dataset.suggest);
  return beside ? beside.value : field.dataset.suggest;
}

function hide() {
  turn += 1;
  if (!shown) return;
  shown.list.remove();
  shown.field.setAttribute("aria-expanded", "false");
  shown.field.removeAttribute("aria-activedescendant");
  shown = null;
}

function choose(option) {
  const { field } = shown;
  field.value = option.dataset.value;
  const way = field.form?.elements[`${field.name}_way`];
  if (way) way.value = "is";
  hide();
  field.dispatchEvent(new Event("change", { bubbles: true }));
  // The last thing that a filter lacks: it shows by its name at once.
  if (field.form?.id === "filter-form") field.form.requestSubmit();
}

async function suggest(field) {
  const own = ++turn;
  const address = new URL("/suggest", location.href);
  const asked = new URLSearchParams(location.search);
  for (const name of ["from", "through", "to", "workspace"]) if (asked.has(name)) address.searchParams.set(name, asked.get(name));
  address.searchParams.set("by", wanted(field));
  address.searchParams.set("search", field.value);
  const way = field.form?.elements[`${field.name}_way`];
  if (way) address.searchParams.set("way", way.value);
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || own !== turn || document.activeElement !== field) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels?.[0]?.firstChild?.textContent.trim() ?? "");
  list.append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
  if (own !== turn) return;
  hide();
  turn = own;
  field.after(list);
  field.setAttribute("aria-expanded", "true");
  shown = { field, list };
}

function move(by) {
  const options = [...shown.list.querySelectorAll("[role=option]")];
  if (options.length === 0) return;
  const at = options.findIndex((option) => option.ariaSelected === "true");
  const next = options[(at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length];
  options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
  shown.field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

const isOurs = (target) => target.matches?.("input[data-suggest]");

document.addEventListener("focusin", ({ target }) => {
  if (!isOurs(target)) return;
  target.setAttribute("role", "combobox");
  target.setAttribute("aria-autocomplete", "list");
  target.setAttribute("aria-expanded", "false");
  target.setAttribute("aria-controls", "suggestions");
  suggest(target);
});
document.addEventListener("input", ({ target }) => {
  if (!isOurs(target)) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(target), 150);
});
document.addEventListener("focusout", ({ target }) => isOurs(target) && setTimeout(hide, 0));
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".suggestions [role=option]");
  if (!option || !shown) return;
  event.preventDefault();
  choose(option);
});
document.addEventListener("keydown", (event) => {
  if (!shown || event.target !== shown.field) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const chosen = shown.list.querySelector("[aria-selected=true]");
  if (by) {
    event.preventDefault();
    move(by);
  } else if (event.key === "Enter" && chosen) {
    event.preventDefault();
    choose(chosen);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    hide();
  }
}, true);
