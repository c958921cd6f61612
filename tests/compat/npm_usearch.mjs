// What compat_test.cpp asks of npm's usearch binding and of JSON.parse:
//
//   node npm_usearch.mjs search INDEX QUERIES DIMENSIONS METRIC SCALAR load|view
//     prints a line for each query: ten times "key distance"
//   node npm_usearch.mjs write INDEX VECTORS DIMENSIONS METRIC SCALAR
//     adds the vectors under the keys 0, 1, 2, ... but for every seventh, and saves them
//   node npm_usearch.mjs write-pair FOLDER VECTORS DIMENSIONS
//     does the same for FOLDER/index.usearch, and writes metadata.json beside it
//   node npm_usearch.mjs metadata FILE
//     checks the members of every chunk, and prints "next_key chunk_count"
//
// QUERIES and VECTORS are files of float32. QUIRE_COMPAT_MODULES is the folder of node_modules.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const usearch = createRequire(path.join(process.env.QUIRE_COMPAT_MODULES, 'x.js'))('usearch');

function rowsOf(file, dimensions) {
  const bytes = fs.readFileSync(file);
  const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const rows = [];
  for (let i = 0; i < numbers.length; i += dimensions) rows.push(numbers.slice(i, i + dimensions));
  return rows;
}

function newIndex(dimensions, metric, quantization) {
  return new usearch.Index({ metric, quantization, dimensions, connectivity: 16 });
}

const isLeftOut = (key) => key % 7 === 6;

function writeIndex(file, vectors, dimensions, metric, scalar) {
  const index = newIndex(dimensions, metric, scalar);
  rowsOf(vectors, dimensions).forEach((row, key) => {
    if (!isLeftOut(key)) index.add(BigInt(key), row);
  });
  index.save(file);
}

function chunk(key) {
  return {
    file_path: `src/file_${Math.floor(key / 10)}.go`,
    chunk_id: key,
    content: `func f${key}() {\n\treturn "é \u{1F600}"\n}`,
    symbol_name: key % 2 === 0 ? `f${key}` : null,
    symbol_kind: key % 2 === 0 ? 'function' : null,
    package_name: null,
    language: 'go',
    start_line: key * 3 + 1,
    end_line: key * 3 + 3,
    last_modified: 1700000000,
  };
}

function checkChunk(key, value) {
  const types = {
    file_path: ['string'], chunk_id: ['number'], content: ['string'],
    symbol_name: ['string', 'null'], symbol_kind: ['string', 'null'], package_name: ['string', 'null'],
    language: ['string'], start_line: ['number'], end_line: ['number'], last_modified: ['number'],
  };
  if (!/^(0|[1-9][0-9]*)$/.test(key)) throw new Error(`key ${key}`);
  for (const [name, allowed] of Object.entries(types)) {
    const type = value[name] === null ? 'null' : typeof value[name];
    if (!allowed.includes(type)) throw new Error(`chunk ${key}: ${name} is ${type}`);
  }
}

const commands = {
  search(file, queries, dimensions, metric, scalar, how) {
    const index = newIndex(Number(dimensions), metric, scalar);
    index[how](file);
    for (const query of rowsOf(queries, Number(dimensions))) {
      const found = index.search(query, 10, 0);
      console.log(Array.from(found.keys, (key, i) => `${key} ${found.distances[i]}`).join(' '));
    }
  },
  write(file, vectors, dimensions, metric, scalar) {
    writeIndex(file, vectors, Number(dimensions), metric, scalar);
  },
  'write-pair'(folder, vectors, dimensions) {
    writeIndex(path.join(folder, 'index.usearch'), vectors, Number(dimensions), 'cos', 'f32');
    const chunks = {};
    const count = rowsOf(vectors, Number(dimensions)).length;
    for (let key = 0; key < count; ++key) if (!isLeftOut(key)) chunks[key] = chunk(key);
    fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify({ next_key: count, chunks }));
  },
  metadata(file) {
    const metadata = JSON.parse(fs.readFileSync(file, 'utf8'));
    for (const [key, value] of Object.entries(metadata.chunks)) checkChunk(key, value);
    console.log(metadata.next_key, Object.keys(metadata.chunks).length);
  },
};

const [command, ...args] = process.argv.slice(2);
commands[command](...args);
