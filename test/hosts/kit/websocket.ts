import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";

/** Texts to and from a server that listens on a socket of the file system: as much of the protocol as that takes. */
export interface TextSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

export async function openTextSocket(path: string, onText: (text: string) => void): Promise<TextSocket> {
  const stream = await upgrade(path);
  let rest = Buffer.alloc(0);
  let text = "";
  stream.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
      rest = rest.subarray(frame.end);
      if (frame.kind > CONTINUED_OR_TEXT) continue;
      text += frame.body.toString("utf8");
      if (!frame.isLast) continue;
      onText(text);
      text = "";
    }
  });
  stream.on("error", () => undefined);
  return { send: (message) => void stream.write(textFrame(message)), close: () => void stream.destroy() };
}

const CONTINUED_OR_TEXT = 1;

function upgrade(socketPath: string): Promise<Duplex> {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
  };
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path: "/", headers });
    asking.on("upgrade", (_, stream) => resolve(stream));
    asking.on("response", ({ statusCode }) => reject(new Error(`no web socket: ${statusCode}`)));
    asking.on("error", reject);
    asking.end();
  });
}

function readFrame(data: Buffer) {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  const end = start + length;
  if (data.length < end) return undefined;
  return { isLast: (data[0]! & 0x80) !== 0, kind: data[0]! & 0x0f, body: data.subarray(start, end), end };
}

/** What a client sends is masked. */
function textFrame(text: string): Buffer {
  const body = Buffer.from(text, "utf8");
  const mask = randomBytes(4);
  for (let at = 0; at < body.length; at += 1) body[at]! ^= mask[at % 4]!;
  const head =
    body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.from([0x81, 0xff, ...new Uint8Array(8)]);
  if (body.length >= 126) head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, mask, body]);
}
