// discern rules [ID]

import type { Command } from "@commander-js/extra-typings";
import { NotFoundError, rules } from "../../mod.ts";
import { rulesText, ruleText } from "../../report/text/rules.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `rules`: the catalogue, or one entry explained. */
export function addRules(program: Command, { io, finish }: Context): void {
  program.command("rules")
    .description("the catalogue, or one entry explained with its byte layout")
    .argument("[id]", "an id such as IMG-001, or a family such as ELT")
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .addOption(flags.quiet())
    .action(async (id, options) => {
      finish(
        await Job.run(io, options, [], async (job) => {
          await io.opened(job.keep());
          const result = rules(id);
          const [first] = result.rules;
          if (id !== undefined && first === undefined) {
            throw new NotFoundError(`Cannot find rule ${id}: \`discern rules\` lists all of them`);
          }
          const single = first?.id === id?.toUpperCase();
          if (options.json) await job.document(result);
          else if (single && first !== undefined) job.lines(ruleText(first, job.style));
          else job.lines(rulesText(result, job.style));
          return 0;
        }),
      );
    });
}
