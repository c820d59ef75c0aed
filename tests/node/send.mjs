// Sends one mail by nodemailer, signed in, as most frameworks' mail settings ask for a user.
// node send.mjs HOST PORT RECIPIENT SUBJECT
import nodemailer from "nodemailer";

const [host, port, to, subject] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host,
  port: Number(port),
  auth: { user: "any", pass: "thing" },
  tls: { rejectUnauthorized: false }, // the server made its certificate itself
});
const sent = await transport.sendMail({ from: "sender@origin.test", to, subject, text: "hello" });
console.log(sent.response);
