// Unpacks what packing.py packed.
const element = (id) => document.getElementById(id);

const content = (name) => element(`data-${name}`).textContent;

function bytesOf(name) {
  const text = atob(content(name));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflated(name) {
  const stream = new Blob([bytesOf(name)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}
