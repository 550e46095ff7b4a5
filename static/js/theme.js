// Runs before the first paint, so that a page never flashes in the other theme.
{
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* This browser keeps nothing; the page still turns. */ } };
  const theme = kept();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.classList.add("js");
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    keep((root.dataset.theme = dark ? "light" : "dark"));
  });
}
