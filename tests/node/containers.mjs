// What a test asks of Testcontainers, without Docker: a container is a process, by the Dockerfile's ENV and CMD.
// The RUN lines are tried by its sibling for Python, fakes/containers.py.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 20_000; // milliseconds

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

export const Wait = { forHttp: (path, port) => ({ path, port }) };

export class GenericContainer {
  static fromDockerfile(directory) {
    return { build: async () => new GenericContainer(readFileSync(`${directory}/Dockerfile`, "utf8")) };
  }

  constructor(dockerfile) {
    this.dockerfile = dockerfile;
    const variables = [...dockerfile.matchAll(/^ENV (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    this.variables = { ...Object.fromEntries(variables), MAILWEIR_DATA: `${process.cwd()}/container` };
  }

  withExposedPorts(...ports) {
    this.exposed = ports;
    return this;
  }

  withEnvironment(variables) {
    Object.assign(this.variables, variables);
    return this;
  }

  withLogConsumer(consume) {
    this.consume = consume;
    return this;
  }

  withWaitStrategy(strategy) {
    this.strategy = strategy;
    return this;
  }

  async start() {
    const ports = new Map();
    for (const port of this.exposed) ports.set(port, await freePort());
    const command = this.dockerfile.match(/^CMD (.*)$/m)[1];
    const words = JSON.parse(command.replace(/0\.0\.0\.0:(\d+)/g, (_, port) => `0.0.0.0:${ports.get(Number(port))}`));
    const child = spawn(words[0], words.slice(1), {
      env: { ...process.env, ...this.variables },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.consume(child.stderr);
    const until = Date.now() + PATIENCE;
    const url = `http://127.0.0.1:${ports.get(this.strategy.port)}${this.strategy.path}`;
    while (!(await fetch(url).then((answer) => answer.ok, () => false))) {
      if (Date.now() > until) throw new Error(`${url} does not answer`);
      await sleep(100);
    }
    return {
      getHost: () => "127.0.0.1",
      getMappedPort: (port) => ports.get(port),
      stop: async () => {
        child.kill();
        await once(child, "exit");
      },
    };
  }
}
