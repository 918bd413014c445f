/** `npm run docs`: writes the documents that are generated from schemas; a test holds them to what this makes. */
import { writeFileSync } from 'node:fs';
import { generatedDocuments } from './generated.ts';

for (const [file, text] of Object.entries(generatedDocuments())) writeFileSync(`docs/${file}`, text);
