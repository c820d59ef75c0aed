// Prints an address, waits there over whatever happens to the server, and prints the code that came.

import { Mailweir } from "mailweir";

const run = await new Mailweir().run();
const inbox = run.inbox("restart");
console.log(inbox.address);
console.log((await inbox.wait({ code: true, timeout: 60 })).code);
await run.free();
