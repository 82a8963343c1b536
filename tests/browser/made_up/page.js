const days = document.querySelector("dd span");
const ticking = setInterval(() => (days.textContent = Number(days.textContent) + 1), 50);
document.querySelector("#pause").onclick = () => clearInterval(ticking);
document.querySelector("#break").onclick = () => {
  throw new Error("it broke");
};
document.querySelector("#ask").onclick = () =>
  fetch("/page.js", { cache: "no-store" }).catch(() => {
    document.querySelector("#told").textContent = "Away";
  });
