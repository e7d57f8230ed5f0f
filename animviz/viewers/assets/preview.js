// Opens the page: pictures come from the command that serves it, drawn as the scene's file stands.
const WATCH = 400; // milliseconds between looks at the scene's file
const ENDED = "The preview has ended: run the command again, and open the address that it prints.";

async function asked(name) {
  let answer;
  try {
    answer = await fetch(name);
  } catch {
    throw new Error(ENDED);
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

class Preview extends Player {
  constructor(data) {
    super(new Moments(data));
    [element("picture").width, element("picture").height] = data.size;
    this.asking = new Asking(
      async ({ epoch, theme }) => (await asked(`picture?epoch=${epoch}&theme=${theme}`)).blob(),
      (bitmap, wanted) => this.show(bitmap, wanted),
      (line) => this.tell(line));
    this.controls = { show: () => showClock(this.state) };
    connect(this.state, { seek: (epoch) => this.seek(epoch), play: () => this.play(), theme: () => this.theme() });
    addEventListener("keydown", (event) => this.key(event));
    this.paintTheme();
    this.watch();
  }

  get ready() { return true; }

  draw() {
    this.asking.want({ epoch: this.state.epoch, theme: this.dark ? "dark" : "light" });
    return false;
  }

  look() {
    this.controls.show();
    this.ask();
  }

  // Between snapshots too, where the picture glides.
  seek(epoch) {
    this.state.playing = false;
    this.move(epoch);
    this.look();
  }

  show(bitmap, { epoch }) {
    put(element("picture"), bitmap);
    this.first ??= performance.now(); // milliseconds since the page was opened
    element("picture").setAttribute("aria-label", `${this.state.data.scene} at epoch ${epoch.toFixed(2)}`);
    this.tell("");
  }

  tell(line) {
    element("trouble").textContent = line;
    element("trouble").hidden = !line;
  }

  // Draw anew when the scene's file has changed, for as long as somebody looks.
  async watch() {
    for (let version; ; await new Promise((done) => setTimeout(done, WATCH))) {
      if (document.hidden) continue;
      try {
        const now = await (await asked("version")).text();
        if (version !== undefined && now !== version) this.ask();
        version = now;
      } catch (error) {
        return this.tell(error.message);
      }
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.tagName === "BUTTON")) return;
    const act = {
      " ": () => this.play(), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1),
      Home: () => this.seek(this.state.first), End: () => this.seek(this.state.last), t: () => this.theme(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

opening(async () => new Preview(JSON.parse(content("about"))));
