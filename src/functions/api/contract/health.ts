import * as z from 'zod';
import { checkVerdicts } from '../../../lib/domain/deployment-check.ts';
import { operation } from './operation.ts';

export const healthLive = operation({
  id: 'getLiveness',
  method: 'GET',
  path: '/health/live',
  tag: 'Health',
  summary: 'Whether a worker answers; open to anybody',
  role: null,
  answers: {
    200: {
      description: 'It does.',
      schema: z.object({ status: z.literal('alive') }).meta({ id: 'Liveness' }),
    },
  },
});

const check = z.object({ name: z.string(), ok: z.boolean() });

export const healthReady = operation({
  id: 'getReadiness',
  method: 'GET',
  path: '/health/ready',
  tag: 'Health',
  summary: 'Whether the app has its settings and reaches its ledger',
  role: 'Pal.Read',
  answers: {
    200: {
      description: 'What was checked; `ready` says whether all of it is well.',
      schema: z.object({ ready: z.boolean(), checks: z.array(check) }).meta({ id: 'Readiness' }),
    },
  },
});

export const deploymentCheck = z
  .object({
    name: z.string(),
    verdict: z.enum(checkVerdicts),
    detail: z.string(),
    remedy: z.string().nullable().describe('what to do; null where it passed'),
  })
  .meta({ id: 'DeploymentCheck' });

export const checkDeployment = operation({
  id: 'checkDeployment',
  method: 'GET',
  path: '/health/checks',
  tag: 'Health',
  summary:
    'Look at every part the app rests on: tokens, links, the observer’s sight, tables, queues, clock, sweeps',
  description: 'Asks Entra and ARM with the app’s own identities, and writes nothing.',
  role: 'Pal.Operate',
  answers: {
    200: { description: 'Every check', schema: z.object({ checks: z.array(deploymentCheck) }) },
  },
});

export const openApi = operation({
  id: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  tag: 'Health',
  summary: 'This description',
  role: 'Pal.Read',
  answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
});
