// Shows the page once it is made, or says why it cannot be shown.
async function start(make) {
  if (!("DecompressionStream" in globalThis)) {
    element("message").textContent =
      "This browser cannot unpack the page (no DecompressionStream): expected Chrome or Edge 111, Firefox 113, Safari 16.4, or newer.";
    return;
  }
  const page = await make();
  element("message").hidden = true;
  element("page").hidden = false;
  globalThis.animviz = page;
}

function opening(make) {
  start(make).catch((error) => {
    element("message").hidden = false;
    element("message").textContent = `The page cannot be shown: ${error.message}`;
  });
}
