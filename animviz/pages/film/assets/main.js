// Opens the page.
const STEP = 1, LAST = 0.001; // seconds

class Page {
  constructor(about) {
    this.film = element("film");
    this.about = about;
    element("told").textContent = about.told;
    [this.film.width, this.film.height] = about.size;
    this.film.poster = `data:image/jpeg;base64,${content("poster").trim()}`;
    this.film.addEventListener("error", () => {
      element("trouble").hidden = false;
      element("trouble").textContent = "This browser cannot play H.264 in MP4; chapters and numbers are below.";
    });
    this.film.src = URL.createObjectURL(new Blob([bytesOf("film")], { type: "video/mp4" }));
    this.chapters = new Chapters(this.film, about);
    this.numbers = new Numbers(about);
    for (const kind of ["timeupdate", "seeking", "seeked"]) this.film.addEventListener(kind, () => this.show());
    addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  show() {
    this.chapters.show();
    this.numbers.show(this.chapters.seen);
  }

  key(event) {
    const { film, chapters, about } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && ["BUTTON", "VIDEO"].includes(event.target.tagName)) return;
    const act = {
      " ": () => (film.paused ? film.play() : film.pause()),
      ArrowLeft: () => (film.currentTime = Math.max(0, film.currentTime - STEP)),
      ArrowRight: () => (film.currentTime = Math.min(about.seconds - LAST, film.currentTime + STEP)),
      Home: () => (film.currentTime = 0), End: () => (film.currentTime = about.seconds - LAST),
      n: () => chapters.go(chapters.current + 1), p: () => chapters.go(chapters.current - 1), c: () => chapters.caption(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

opening(async () => new Page(JSON.parse(content("about"))));
