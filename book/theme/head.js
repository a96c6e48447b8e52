((root) => {
  let stored;
  try { stored = localStorage.mode; } catch {}
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => { const { mode } = root.dataset; root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode; };
  root.dataset.mode = ["light", "dark"].includes(stored) ? stored : "auto";
  dress();
  dark.onchange = dress;
  addEventListener("mode", dress);
})(document.documentElement);
