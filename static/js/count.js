// Asks for the numbers every 20 seconds while the page is seen; the answer is 304 as long as nothing changed.
for (const shown of document.querySelectorAll("[data-count]")) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(shown.dataset.count, { cache: "no-cache" });
      if (!answer.ok) return;
      const counted = await answer.json();
      for (const number of shown.querySelectorAll("[data-figure]")) {
        const text = counted[number.dataset.figure].toLocaleString("en");
        if (number.textContent !== text) number.textContent = text;
      }
      const time = shown.querySelector("time");
      if (time && counted.shown) [time.dateTime, time.textContent] = [counted.as_of, counted.shown];
    } catch {
      // Away for a moment: the next time will do.
    }
  };
  setInterval(ask, 20_000);
  document.addEventListener("visibilitychange", ask);
}
