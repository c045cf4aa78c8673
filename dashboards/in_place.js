// Forms and links that ask the same page for something else show it in place. Without this file everything works;
// the page is loaded anew then.
let asked = 0;

const isHere = (address) => address.origin === location.origin && address.pathname === location.pathname;

// What the reader has opened or typed, and where they are, stays.
function kept(old, fresh) {
  for (const part of old.querySelectorAll("details[open][id]")) {
    const same = fresh.querySelector(`#${CSS.escape(part.id)}`);
    if (same) same.open = true;
  }
}

async function show(address, { isBack = false, isTyping = false } = {}) {
  const turn = ++asked;
  const main = document.querySelector("main");
  const focused = document.activeElement?.id;
  const caret = document.activeElement?.selectionStart;
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const isPage = answer.headers.get("content-type")?.startsWith("text/html");
    if (!isPage || answer.redirected) throw new Error("not a page");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Another question has been asked meanwhile.
    if (turn !== asked) return;
    const [fresh, bar] = [page.querySelector("main"), page.querySelector("header.bar")];
    if (!fresh || !bar) throw new Error("not a page of ours");
    kept(main, fresh);
    main.replaceWith(fresh);
    document.querySelector("header.bar").replaceWith(bar);
    document.title = page.title;
    // Every letter would be a step back otherwise.
    if (isTyping) history.replaceState(null, "", address);
    else if (!isBack) history.pushState(null, "", address);
    const again = focused ? document.getElementById(focused) : null;
    again?.focus({ preventScroll: true });
    if (again && typeof caret === "number") again.setSelectionRange?.(again.value.length, again.value.length);
  } catch (error) {
    console.warn(`${address} is loaded anew: ${error}`);
    if (turn === asked) location.assign(address);
  }
}

// The address that a form asks for; fields that say nothing stay out of it.
function addressOf(form, button) {
  const address = new URL(form.action, location.href);
  const fields = [...new FormData(form, button)].filter(([, value]) => value !== "");
  address.search = new URLSearchParams(fields);
  return address;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.method !== "get" || button?.hasAttribute("formtarget")) return;
  const address = addressOf(form, button);
  if (!isHere(address) || event.defaultPrevented) return;
  event.preventDefault();
  show(address, { isTyping: document.activeElement?.type === "search" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.hasAttribute("download") || event.defaultPrevented) return;
  const address = new URL(link.href);
  if (!isHere(address) || address.hash || !address.search) return;
  event.preventDefault();
  show(address);
});

// Fields that are asked with as soon as they change; while somebody types, after a moment's rest.
let waiting;
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-live]:not([type=search])")) target.form?.requestSubmit();
});
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-live][type=search]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => target.form?.requestSubmit(), 300);
});

addEventListener("popstate", () => show(new URL(location.href), { isBack: true }));
