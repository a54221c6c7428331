// Loaded into the application's Node.js programs, by `--require`. Node reads HTTPS_PROXY since 22.21 and 24.5, and even then
// not for agents of an application's own: here every TLS connection to another machine goes through the lab's proxy.
"use strict";

const module_ = require("node:module");
const net = require("node:net");
const tls = require("node:tls");
const { Duplex } = require("node:stream");

const proxy = new URL(process.env.HTTPS_PROXY);
const straight = tls.connect;

class Tunnel extends Duplex {
  constructor(host, port) {
    super();
    this.head = Buffer.alloc(0);
    this.open = false;
    this.socket = net.connect(Number(proxy.port), proxy.hostname);
    this.socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
    this.socket.on("data", (data) => (this.open ? this.hand(data) : this.begin(data)));
    this.socket.on("end", () => (this.open ? this.push(null) : this.destroy(new Error("the proxy closed the connection"))));
    this.socket.on("error", (error) => this.destroy(error));
  }

  begin(data) {
    this.head = Buffer.concat([this.head, data]);
    const end = this.head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [line] = this.head.toString("latin1").split("\r\n");
    if (line.split(" ")[1] !== "200") {
      this.destroy(Object.assign(new Error(`the proxy answered: ${line}`), { code: "ECONNREFUSED" }));
      return;
    }
    this.open = true;
    this.waiting?.();
    if (this.head.length > end + 4) this.hand(this.head.subarray(end + 4));
  }

  hand(data) {
    if (!this.push(data)) this.socket.pause();
  }

  _read() {
    this.socket.resume();
  }

  _write(data, encoding, done) {
    const send = () => this.socket.write(data, encoding, done);
    if (this.open) send();
    else this.waiting = send;
  }

  _final(done) {
    this.socket.end(done);
  }

  _destroy(error, done) {
    this.socket.destroy();
    done(error);
  }
}

function isHere(host) {
  return !host || host === "localhost" || host === "::1" || /^127\./.test(host);
}

tls.connect = function connect(...given) {
  const done = typeof given.at(-1) === "function" ? given.at(-1) : undefined;
  const [first, second] = given;
  const options = { ...given.find((each) => typeof each === "object" && each !== null) };
  if (typeof first === "number") options.port = first;
  if (typeof second === "string") options.host = second;
  if (options.socket || options.path || isHere(options.host)) return straight.apply(this, given);
  const servername = net.isIP(options.host) ? "" : options.host;
  const tunnel = new Tunnel(options.host, options.port);
  const secure = straight({ servername, ...options, socket: tunnel }, done);
  for (const name of ["ref", "unref"]) {
    // An idle connection must not keep a program from its end.
    const own = secure[name];
    secure[name] = function () {
      tunnel.socket[name]();
      return own.call(this);
    };
  }
  return secure;
};
module_.syncBuiltinESMExports();
