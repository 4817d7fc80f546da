// Copy buttons beside a field that can be read and marked without them; the field keeps what is copied.
const said = (near, words) => {
  const status = near.closest(".share")?.querySelector("[data-said]");
  if (status) status.textContent = words;
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy), words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // without a secure connection the browser copies only what is marked
      document.execCommand("copy");
    }
    button.textContent = button.dataset.copied;
    said(button, button.dataset.copied);
    setTimeout(() => { button.textContent = words; said(button, ""); }, 4000);
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  const url = document.getElementById(button.dataset.share).value;
  if (!navigator.share) continue;
  button.hidden = false;
  // Whoever closes the device's own list of apps has changed their mind, and that is no error.
  button.addEventListener("click", () => navigator.share({ title: button.dataset.title, url }).catch(() => {}));
}

for (const field of document.querySelectorAll(".share input[readonly]")) field.addEventListener("focus", field.select);
