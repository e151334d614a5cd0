// Which kind of file was dropped, and what is in it. Nothing is sent anywhere, and weights of a
// `.keras` file are not even read.

import { File as Hdf5 } from "jsfive";
import { readKeras } from "./keras.js";
import { readOnnx } from "./onnx.js";

const DIRECTORY = 0x06054b50, LONGEST_COMMENT = 65_535, END = 22;

async function unpacked(bytes, format) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One file of a zip archive, of which only its directory and this file are read. */
async function fromZip(file, wanted) {
  const read = async (from, to) => new DataView(await file.slice(from, to).arrayBuffer());
  const start = Math.max(0, file.size - END - LONGEST_COMMENT), tail = await read(start, file.size);
  let end = tail.byteLength - END;
  while (end >= 0 && tail.getUint32(end, true) !== DIRECTORY) end--;
  if (end < 0) throw new Error("cut");
  const from = tail.getUint32(end + 16, true), list = await read(from, from + tail.getUint32(end + 12, true));
  for (let at = 0; at + 46 <= list.byteLength;) {
    const [name, extra, comment] = [28, 30, 32].map((place) => list.getUint16(at + place, true));
    const here = new TextDecoder().decode(new Uint8Array(list.buffer, at + 46, name));
    if (here === wanted) {
      const packed = list.getUint16(at + 10, true) === 8, local = list.getUint32(at + 42, true);
      const head = await read(local, local + 30);
      const begin = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
      const bytes = await file.slice(begin, begin + list.getUint32(at + 20, true)).arrayBuffer();
      return packed ? unpacked(bytes, "deflate-raw") : new Uint8Array(bytes);
    }
    at += 46 + name + extra + comment;
  }
  throw new Error("no_model");
}

/** All arrays of an HDF5 file, as [name, shape]. */
function arraysIn(group, path = "") {
  return group.keys.flatMap((key) => {
    const one = group.get(key), name = path ? `${path}/${key}` : key;
    return one.shape ? [[name, one.shape]] : arraysIn(one, name);
  });
}

/** A model of Keras or funclab, and the text that it was read from. */
const withText = (text) => ({ model: readKeras(json(text)), config: text });

async function hdf5(file) {
  const root = new Hdf5(await file.arrayBuffer(), file.name), config = root.attrs.model_config;
  const weights = arraysIn(root).filter(([name]) => !name.startsWith("optimizer"));
  return { weights, ...config ? withText(String(config)) : {} };
}

const json = (text) => JSON.parse(text.replace(/\bNaN\b|-?\bInfinity\b/g, "null"));

/** What a file holds: `model`, or `weights` as [name, shape], or both; `config` is the text of a
 * model of Keras or funclab. */
export async function read(file) {
  const first = new Uint8Array(await file.slice(0, 8).arrayBuffer()), mark = String.fromCharCode(...first);
  const text = (bytes) => new TextDecoder().decode(bytes);
  if (mark.startsWith("PK")) return withText(text(await fromZip(file, "config.json")));
  if (mark.startsWith("\x89HDF")) return hdf5(file);
  if (/^\s*\{/.test(mark)) return withText(text(await file.arrayBuffer()));
  return { model: readOnnx(new Uint8Array(await file.arrayBuffer())) };
}

/** The model in an address, after the #: JSON, deflated, in the alphabet of addresses. */
export async function fromAddress(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return withText(new TextDecoder().decode(await unpacked(bytes, "deflate")));
}
