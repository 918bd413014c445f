/**
 * Triggered by /api/openapi.json. Promises: the OpenAPI 3.1 description of every operation, made from the schemas that
 * also validate. A call that fails is told to the caller.
 */
import { openApi } from './contract/health.ts';
import { openApiDocument } from './contract/openapi-document.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';

export const description = endpoint('api-openapi', [serve(openApi, () => reply(200, openApiDocument()))]);
