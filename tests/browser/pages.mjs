// The faults that html-validate finds in the files of a folder, as JSON lines: file, line, rule, message.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const [config, folder] = process.argv.slice(2);
const checker = new HtmlValidate(new StaticConfigLoader(JSON.parse(readFileSync(config, "utf-8"))));
for (const name of readdirSync(folder).sort()) {
  const report = checker.validateStringSync(readFileSync(join(folder, name), "utf-8"), name);
  for (const { messages } of report.results) {
    for (const { line, ruleId, message } of messages) console.log(JSON.stringify([name, line, ruleId, message]));
  }
}
