// Shows the line that will be printed while it is typed. Without it the page says the same after sending.
for (const form of document.querySelectorAll("form.sign")) {
  const shown = form.querySelector(".line-preview");
  if (!shown) continue;
  const [name, line] = shown.querySelectorAll("span");
  const typed = (field) => form.elements[field]?.value.trim() ?? "";
  const show = () => {
    const parts = [typed("role"), typed("organisation")].filter(Boolean).join(", ");
    name.textContent = typed("name");
    const former = parts && form.elements.former?.checked ? ` (${shown.dataset.former})` : "";
    const behalf = parts && typed("capacity") === "behalf" ? ` ${shown.dataset.behalf}` : "";
    line.textContent = parts + former + behalf;
    shown.hidden = !name.textContent;
    shown.classList.toggle("unnamed", !form.elements.publish?.checked);
  };
  form.addEventListener("input", show);
  show();
}
