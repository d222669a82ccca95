/* Validates JSON documents. usage: node validate.js FOLDER SCHEMA DOCUMENT...
 *
 * FOLDER is where npm put ajv. Prints what is wrong; status 1 if anything is. */
'use strict';
const fs = require('fs'), path = require('path');
const [folder, schemaPath, ...documents] = process.argv.slice(2);
const load = name => require(path.join(folder, 'node_modules', name));
const read = file => JSON.parse(fs.readFileSync(file, 'utf8'));

const schema = read(schemaPath);
const is2020 = (schema.$schema || '').includes('2020-12');
const Ajv = load(is2020 ? 'ajv/dist/2020' : 'ajv').default;
const ajv = new Ajv({ strict: false, allErrors: true });
load('ajv-formats').default(ajv);
const validate = ajv.compile(schema);
let bad = 0;
for (const file of documents)
  if (!validate(read(file))) {
    bad = 1;
    for (const error of validate.errors.slice(0, 20))
      console.log(file + ': ' + error.instancePath + ' ' + error.message);
  }
process.exit(bad);
