import { switchable } from "./charts.js";

// Forms and links that ask the same page for something else show it in place. Without this file everything works;
// the page is loaded anew then.

// How many questions have been asked: an answer to an earlier one is not shown any more.
export const asked = { turn: 0 };
let shown = location.pathname + location.search;

const isHere = (address) => address.origin === location.origin && address.pathname === location.pathname;

// A page as it comes from the server.
export async function fetched(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const isPage = answer.headers.get("content-type")?.startsWith("text/html");
  const found = new URL(answer.url);
  if (!isPage || found.pathname !== new URL(address, location.href).pathname) throw new Error("this is no page of ours");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { isGood: answer.ok, page, found };
}

// Puts another page's figures in place of these. What the reader has opened or is typing stays.
export function place(page) {
  const [main, fresh] = [document.querySelector("main"), page.querySelector("main")];
  const [bar, freshBar] = [document.querySelector("header.bar"), page.querySelector("header.bar")];
  for (const part of main.querySelectorAll("details[open][id]:not(.menu)")) {
    const same = fresh.querySelector(`#${CSS.escape(part.id)}`);
    if (same) same.open = true;
  }
  const { id, value, selectionStart, selectionEnd, dataset } = document.activeElement ?? {};
  const isTyped = document.activeElement?.matches("[data-live]:not(select, [type=checkbox], [type=radio])");
  main.replaceWith(fresh);
  bar.replaceWith(freshBar);
  // The other pages show the same days and filters.
  const [pages, freshPages] = [document.querySelector("nav.pages"), page.querySelector("nav.pages")];
  if (pages && freshPages) pages.replaceChildren(...freshPages.childNodes);
  switchable();
  document.title = page.title;
  // What a button has moved is elsewhere now: it says where.
  const then = dataset?.then ? document.getElementById(dataset.then) : null;
  const again = then ?? (id ? document.getElementById(id) : null);
  if (!again) return;
  if (isTyped) again.value = value;
  again.focus({ preventScroll: true });
  if (isTyped) again.setSelectionRange(selectionStart, selectionEnd);
}

function lead(to) {
  to.tabIndex = -1;
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "start" });
}

// What is wrong is told above what is there, which stays as it is.
function refuse(page) {
  const told = page.querySelector("main [role=alert]");
  const main = document.querySelector("main");
  main.querySelector(":scope > [role=alert].told")?.remove();
  told.classList.add("told");
  main.prepend(told);
  lead(told);
}

async function show(address, { isBack = false, isTyping = false, isTurning = false } = {}) {
  const turn = ++asked.turn;
  const main = document.querySelector("main");
  main.setAttribute("aria-busy", "true");
  try {
    const { isGood, page, found } = await fetched(address);
    if (turn !== asked.turn) return;
    main.removeAttribute("aria-busy");
    if (!isGood) return refuse(page);
    // Back leads to what was there before somebody began to type, not to each letter.
    const isMore = isTyping && history.state?.isTyping;
    if (isMore) history.replaceState({ isTyping }, "", found);
    else if (!isBack) history.pushState({ isTyping }, "", found);
    shown = location.pathname + location.search;
    place(page);
    const alert = document.querySelector("main [role=alert]");
    if (alert) lead(alert);
    else if (isTurning) lead(document.querySelector("main h1"));
  } catch (error) {
    console.warn(`${address} is loaded anew: ${error}`);
    if (turn === asked.turn) location.assign(address);
  }
}

// The address that a form asks for; fields that say nothing, and boxes that are all ticked, stay out of it.
function addressOf(form, button) {
  const address = new URL(form.action, location.href);
  const boxes = [...form.querySelectorAll("[data-all-is-usual] input")];
  const isUsual = boxes.every((box) => box.checked);
  const isSaid = ([name, value]) => value !== "" && !(isUsual && boxes.some((box) => box.name === name));
  address.search = new URLSearchParams([...new FormData(form, button)].filter(isSaid));
  return address;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || event.defaultPrevented) return;
  const address = addressOf(form, event.submitter);
  if (!isHere(address)) return;
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
  show(address, { isTurning: ["next", "prev"].includes(link.rel) });
});

// Fields that are asked with as soon as they change; while somebody types, after a moment's rest.
let waiting;
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-live]:not([type=search])")) target.form?.requestSubmit();
});
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-live][type=search]")) return;
  clearTimeout(waiting);
  // By its id: the field may have been put in place anew meanwhile.
  waiting = setTimeout(() => document.getElementById(target.id)?.form?.requestSubmit(), 300);
});

addEventListener("popstate", () => {
  // A step to another place of the same page is none of ours.
  if (location.pathname + location.search !== shown) show(new URL(location.href), { isBack: true });
});
