import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addDoctor } from './commands/doctor.ts';
import { addEvent } from './commands/event.ts';
import { addExport } from './commands/export.ts';
import { addFound } from './commands/found.ts';
import { addGaps } from './commands/gaps.ts';
import { addLinks } from './commands/links.ts';
import { addParked } from './commands/parked.ts';
import { addRelink } from './commands/relink.ts';
import { addRoles } from './commands/roles.ts';
import { addSweeps } from './commands/sweeps.ts';
import { addTenants } from './commands/tenants.ts';
import { misuse } from './complaint.ts';
import { makeContext, type Context, type GlobalOptions } from './context.ts';
import { withExamples } from './examples.ts';
import { formats } from './output.ts';

/** The `pal` command with everything below it. Nothing is read and nobody signed in before a command runs. */
export function makeProgram(contextOf: (options: () => GlobalOptions) => Context = makeContext): Command {
  const program = new Command('pal')
    .description('PAL Autopilot: what is set up to earn, what is not and why, and what to do about it.')
    .option('--api <url>', 'the API’s address, as PAL_API (default: a local stack that runs)')
    .option('--stack <file>', 'a local stack’s stack.json, as PAL_STACK')
    .option('--client-id <id>', 'the app’s setting API_CLIENT_ID, as PAL_API_CLIENT_ID')
    .option('--tenant <id>', 'the tenant to sign in to, as PAL_TENANT')
    .option('--token <token>', 'an access token instead of signing in, as PAL_TOKEN')
    .addOption(
      new Option('-o, --output <format>', 'how results are given out (json where nothing is said)')
        .choices(formats)
        .env('PAL_OUTPUT'),
    )
    .option('--query <jmespath>', 'what of a result is given out')
    .option('--no-color', 'no colours, as NO_COLOR; there are none where no terminal is')
    .version(manifest.version, '-V, --version', 'the version of pal')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help says how it is used)');
  const context = contextOf(() => program.opts<GlobalOptions>());
  addTenants(program, context);
  addRelink(program, context);
  addSweeps(program, context);
  addLinks(program, context);
  addGaps(program, context);
  addFound(program, context);
  addRoles(program, context);
  addParked(program, context);
  addExport(program, context);
  addEvent(program, context);
  addDoctor(program, context);
  addHelp(program);
  return withExamples(program, [
    ['pal tenants list --state not-earning -o table', 'Who does not earn, and why'],
    ['PAL_API=https://pal.example.com PAL_API_CLIENT_ID=<id> pal gaps list -o table', 'Against a deployment'],
  ]);
}

/** The library's own takes one name, and so tells of a group where one of its commands was meant. */
function addHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('Show how a command is used')
    .argument('[command...]', 'its name, such as: tenants list')
    .action((names: readonly string[]) => {
      let command = program;
      for (const name of names) {
        const next = command.commands.find((one) => one.name() === name);
        if (!next)
          throw misuse(`There is no command “pal ${names.join(' ')}”.`, 'pal help lists what there is.');
        command = next;
      }
      command.outputHelp();
    });
}
