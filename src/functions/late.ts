/**
 * What is loaded once every function is registered: the app, and all that answers over HTTP. The build makes it a bundle of
 * its own, which shares no module with the one that registers: so nothing here may import that one, nor the library that
 * it registers with.
 */
import { join } from 'node:path';
import { makePageFiles } from './dashboard/files.ts';

export { startApp } from '../lib/app.ts';
export { endpoints } from './api/endpoints.ts';
export { answerPage } from './dashboard/answer.ts';

/** The dashboard's files, which the build puts beside the bundle. */
export const pages = makePageFiles(join(import.meta.dirname, 'web'));
