// Asks for pictures one at a time: while one is on its way, of all that is wanted meanwhile the last is remembered.
class Asking {
  // fetch(wanted) -> Promise of a Blob; show(bitmap, wanted); fail(line).
  constructor(fetch, show, fail) {
    Object.assign(this, { fetch, show, fail, drawn: 0 });
  }

  want(wanted) {
    this.next = wanted;
    this.running ??= this.run();
  }

  get idle() { return !this.running; }

  async run() {
    while (this.next !== undefined) {
      const wanted = this.next;
      this.next = undefined;
      try {
        this.show(await createImageBitmap(await this.fetch(wanted)), wanted);
        this.drawn++;
      } catch (error) {
        this.fail(error.message);
      }
    }
    this.running = undefined;
  }
}

function put(canvas, bitmap) {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}
