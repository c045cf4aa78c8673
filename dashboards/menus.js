// Menus close when something else is done: a click beside them, Escape, or a choice. Without this file they close by
// their own button.

const open = () => document.querySelectorAll("details.menu[open]");

function close(menu, isBack) {
  menu.open = false;
  if (isBack) menu.querySelector("summary").focus();
}

document.addEventListener("click", ({ target }) => {
  for (const menu of open()) {
    const isChoice = menu.contains(target) && target.closest(".choices a");
    if (!menu.contains(target) || isChoice) close(menu, false);
  }
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") open().forEach((menu) => close(menu, true));
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = target.closest?.("details.menu[open]");
  if (menu && relatedTarget && !menu.contains(relatedTarget)) close(menu, false);
});
