// discern rules [ID]

import type { Command } from "@commander-js/extra-typings";
import { rules } from "../../audit/catalogue.ts";
import { isRuleSelector, ruleSelectors } from "../../audit/select.ts";
import { NotFoundError } from "../../model/describe.ts";
import { rulesText, ruleText } from "../../report/text/rules.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import { didYouMean } from "../similar.ts";
import type { Context } from "../context.ts";

/** Adds `rules`: the catalogue, or one entry explained. */
export function addRules(program: Command, { io, finish }: Context): void {
  program.command("rules")
    .description("the catalogue, or one entry explained with its byte layout")
    .argument("[id]", "an id such as IMG-001, or a family such as ELT")
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .action(async (id, options) => {
      finish(
        await Job.run(io, options, [], async (job) => {
          await io.opened(job.keep());
          const result = rules(id);
          const [first] = result.rules;
          if (id !== undefined && first === undefined) {
            throw new NotFoundError(noRule(id));
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

function noRule(id: string): string {
  if (isRuleSelector(id)) {
    return `Cannot show ${id.toUpperCase()}: it is in the catalogue, and not checked yet`;
  }
  const near = didYouMean(id, ruleSelectors);
  const meant = near === "" ? "" : `${near.replace(/^D/, "d").replace("?", "")}; `;
  return `Cannot find rule ${id}: ${meant}\`discern rules\` lists all of them`;
}
