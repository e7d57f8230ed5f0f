// Pictures that move by themselves can be stopped (WCAG 2.2.2). Readers who want no motion begin with a still.
"use strict";

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function givePause(picture) {
  const frame = document.createElement("span");
  const canvas = document.createElement("canvas");
  const button = document.createElement("button");
  frame.className = "moving";
  button.type = "button";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", picture.alt);
  picture.replaceWith(frame);
  frame.append(picture, canvas, button);

  function show(paused) {
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.hidden = paused;
    canvas.hidden = !paused;
    button.textContent = paused ? "Play" : "Pause";
    button.setAttribute("aria-label", `${button.textContent}: ${picture.alt}`);
  }

  button.addEventListener("click", () => show(!picture.hidden));
  picture.decode().then(() => show(still), () => button.remove());
}

document.querySelectorAll('img[src$=".gif"], img[src$=".webp"]').forEach(givePause);
