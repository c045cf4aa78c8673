// Shows new figures without a reload: when the server says that there are some, the page asks for itself again.
// Without this file everything works; it has to be reloaded then.
const news = new EventSource("/live");
let known = null;
let isAsking = false;

async function again() {
  if (isAsking || document.hidden) return false;
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const main = document.querySelector("main");
    // What somebody has opened, or is typing into, stays as it is.
    const open = [...main.querySelectorAll("details")].map((part) => part.open);
    fresh.querySelectorAll("details").forEach((part, place) => { part.open = open[place] ?? part.open; });
    if (!main.contains(document.activeElement)) main.replaceChildren(...fresh.childNodes);
    return true;
  } catch {
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
