// The chapters: a list of buttons, and captions in the film.
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const epochOf = (chapter) => `epoch ${Number(chapter.epoch.toFixed(2))}`;
const BEGUN = 0.02; // seconds: a browser may stop a little before the place that it was sent to

class Chapters {
  constructor(film, { chapters, seconds }) {
    this.film = film;
    this.chapters = chapters;
    this.buttons = chapters.map((chapter, number) => this.button(chapter, number));
    this.track = film.addTextTrack("captions", "Captions", "en");
    this.track.mode = "hidden";
    this.begun = false;
    for (const kind of ["play", "seeking"]) film.addEventListener(kind, () => (this.begun = true));
    chapters.forEach(({ seconds: begin, text }, number) => {
      const end = chapters[number + 1]?.seconds ?? seconds;
      if (end > begin) this.track.addCue(new VTTCue(begin, end, text.replace(/&/g, "&amp;").replace(/</g, "&lt;")));
    });
  }

  button(chapter, number) {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    const parts = [["span", clock(chapter.seconds)], ["b", chapter.name], ["small", `${epochOf(chapter)}. ${chapter.text}`]];
    for (const [kind, text] of parts) {
      const part = document.createElement(kind);
      part.textContent = text;
      button.append(part);
    }
    button.addEventListener("click", () => this.go(number));
    item.append(button);
    element("chapters").firstChild.append(item);
    return button;
  }

  // Number of the last chapter that has begun.
  get current() { return this.chapters.findLastIndex(({ seconds }) => seconds <= this.film.currentTime + BEGUN); }

  // Number of the chapter that is seen: before the film has begun its poster shows the end.
  get seen() { return this.begun ? this.current : this.chapters.length - 1; }

  go(number) {
    const { chapters } = this;
    this.film.currentTime = chapters[Math.min(chapters.length - 1, Math.max(0, number))].seconds + BEGUN / 2;
  }

  caption() { this.track.mode = this.track.mode === "showing" ? "hidden" : "showing"; }

  show() {
    const { seen } = this;
    this.buttons.forEach((button, number) => {
      if (number === seen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    element("caption").textContent = this.chapters[seen].text;
  }
}
