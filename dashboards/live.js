// Shows new figures without a reload: when the server says that there are some, the page asks for itself again.
// Without this file everything works; it has to be reloaded then.
import { asked, fetched, place } from "./in_place.js";

const news = new EventSource("/live");
// What the page shows, and what there is.
let known = null;
let latest = null;
let isAsking = false;

const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;

async function again() {
  // Who is typing is not disturbed; it is shown when they leave the field.
  if (isAsking || isTyping() || document.hidden) return false;
  isAsking = true;
  const { turn } = asked;
  const address = location.href;
  try {
    const { isGood, page } = await fetched(address);
    // Something else may have been asked for meanwhile.
    if (!isGood || turn !== asked.turn || address !== location.href) return false;
    place(page);
    return true;
  } catch {
    // Logged out, or the server is away: the page as it is says so, when it is loaded anew.
    if (await fetch("/healthz").then((answer) => answer.ok, () => false)) location.reload();
    return false;
  } finally {
    isAsking = false;
  }
}

// What comes while the page is being asked for is asked for after it.
async function catchUp() {
  while (latest !== known) {
    const wanted = latest;
    if (!(await again())) return;
    known = wanted;
  }
}

news.addEventListener("news", ({ data }) => {
  latest = data;
  // The first one tells what the page has been loaded with.
  known ??= data;
  catchUp();
});
document.addEventListener("visibilitychange", catchUp);
document.addEventListener("focusout", () => setTimeout(catchUp, 0));
