// Prints every method of the original's own client: [["messages", "listMessages"], …]
import { Mailsac } from "@mailsac/api";

const client = new Mailsac({ baseURL: "http://127.0.0.1:1" });
const groups = Object.entries(client).filter(([, group]) => group && typeof group === "object");
console.log(
  JSON.stringify(
    groups.flatMap(([name, group]) =>
      Object.entries(group)
        .filter(([, method]) => typeof method === "function")
        .map(([method]) => [name, method]),
    ),
  ),
);
