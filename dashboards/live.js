// Shows new figures without a reload: when the server says that there are some, the page asks for itself again.
// Without this file everything works; it has to be reloaded then.
import { asked, fetched, place } from "./in_place.js";

const news = new EventSource("/live");
let known = null;
let isAsking = false;
let isWaiting = false;

const isTyping = () => document.activeElement?.matches("input, select, textarea") ?? false;

async function again() {
  // Who is typing is not disturbed; it is shown when they leave the field.
  isWaiting = isTyping() || document.hidden;
  if (isAsking || isWaiting) return false;
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

news.addEventListener("news", async ({ data }) => {
  // The first one tells what the page has been loaded with.
  if (known === null || data === known || await again()) known = data;
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
document.addEventListener("focusout", () => { if (isWaiting) setTimeout(again, 0); });
