import { AppError } from '../../platform/errors.ts';
import { type Field, MessageReader } from './message-reader.ts';
import { unusable } from './model-error.ts';
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  MOST_BYTES,
  NODE_MODES,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from './onnx-graph.ts';

/**
 * Reads an `.onnx` file that may come from anywhere. Only what `encodeOnnx` writes is understood: fields that could
 * change the meaning of a model (functions, subgraphs, tensors in other files) make it refused, not skipped.
 * @throws AppError `E_MODEL_FILE`
 */
export function decodeOnnx(bytes: Uint8Array): OnnxFile {
  if (bytes.byteLength > MOST_BYTES) throw unusable(`it is larger than ${MOST_BYTES / 2 ** 20} MiB`);
  try {
    return new OnnxReader(bytes).model();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw unusable('it is damaged or cut off', cause);
  }
}

class OnnxReader extends MessageReader {
  model(): OnnxFile {
    let irVersion = 0;
    let graph: OnnxGraph | null = null;
    const opsets = new Map<string, number>();
    const metadata = new Map<string, string>();
    this.all((field) => {
      if (field === 1) irVersion = this.int();
      else if (field === 7) graph = this.#graph(graph);
      else if (field === 8) {
        const [domain, version] = this.#pair(() => this.int());
        opsets.set(domain, version ?? 0);
      } else if (field === 14) {
        const [key, value] = this.#pair(() => this.text());
        metadata.set(key, value ?? '');
      } else if (field === 20 || field === 25) throw unusable('it defines functions or training of its own');
      else return false;
      return true;
    });
    if (!graph) throw unusable('it holds no model');
    return { irVersion, opsets, graph, metadata };
  }

  #graph(earlier: OnnxGraph | null): OnnxGraph {
    if (earlier) throw unusable('it holds two models');
    const nodes: OnnxNode[] = [];
    const constants = new Map<string, OnnxTensor>();
    const inputs: { name: string; columns: number }[] = [];
    const outputs: string[] = [];
    this.message((field) => {
      if (field === 1) nodes.push(this.counted(() => this.#node()));
      else if (field === 5) {
        const { name, tensor } = this.counted(() => this.#tensor());
        constants.set(name, tensor);
      } else if (field === 11) inputs.push(this.counted(() => this.#matrix()));
      else if (field === 12) outputs.push(this.counted(() => this.#matrix()).name);
      else if (field === 15) throw unusable('it holds sparse tensors');
      else return false;
      return true;
    });
    const [input] = inputs;
    if (!input || inputs.length > 1) throw unusable(`it has ${inputs.length} inputs, not one`);
    return { nodes, constants, input, outputs };
  }

  #node(): OnnxNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, OnnxAttribute>();
    let op = '';
    let domain = '';
    this.message((field) => {
      if (field === 1) inputs.push(this.counted(() => this.text()));
      else if (field === 2) outputs.push(this.counted(() => this.text()));
      else if (field === 4) op = this.text();
      else if (field === 5) {
        const { name, attribute } = this.#attribute();
        attributes.set(name, attribute);
      } else if (field === 7) domain = this.text();
      else return false;
      return true;
    });
    return { op, domain, inputs, outputs, attributes };
  }

  #attribute(): { name: string; attribute: OnnxAttribute } {
    let name = '';
    let type = 0;
    let int = 0;
    let string = '';
    let tensor: OnnxTensor | null = null;
    const ints: number[] = [];
    const strings: string[] = [];
    this.message((field, wire) => {
      if (field === 1) name = this.text();
      else if (field === 3) int = this.int();
      else if (field === 4) string = this.text();
      else if (field === 5) tensor = this.#tensor().tensor;
      else if (field === 8) this.ints(wire, ints);
      else if (field === 9) strings.push(this.counted(() => nodeMode(this.text())));
      else if (field === 20) type = this.int();
      else throw unusable('an attribute holds what is not understood');
      return true;
    });
    return { name, attribute: attributeOf(type, { int, string, tensor, ints, strings }) };
  }

  #tensor(): { name: string; tensor: OnnxTensor } {
    const dims: number[] = [];
    let type = 0;
    let name = '';
    let raw = new Uint8Array();
    this.message((field, wire) => {
      if (field === 1) this.ints(wire, dims);
      else if (field === 2) type = this.int();
      else if (field === 8) name = this.text();
      else if (field === 9) raw = new Uint8Array(this.bytes());
      else throw unusable('a tensor is not stored in the file itself');
      return true;
    });
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (dims.some((dim) => dim < 0) || raw.byteLength !== 8 * count || dims.length > 2)
      throw unusable('a tensor has not the size it claims');
    this.count(count);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    if (type === DATA_TYPE.double) {
      const values = Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
      if (!values.every(Number.isFinite)) throw unusable('a tensor holds what is not a number');
      return { name, tensor: { type: 'double', dims, values } };
    }
    if (type === DATA_TYPE.int64) {
      const values = Float64Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
      return { name, tensor: { type: 'int64', dims, values } };
    }
    throw unusable(`a tensor is of type ${type}`);
  }

  /** `ValueInfoProto`: the second dimension is the number of columns. */
  #matrix(): { name: string; columns: number } {
    let name = '';
    let elements = 0;
    const dims: number[] = [];
    const inside =
      (wanted: number, read: () => void): Field =>
      (field) => {
        if (field !== wanted) return false;
        read();
        return true;
      };
    this.message((field) => {
      if (field === 1) name = this.text();
      else if (field === 2)
        this.message(
          inside(1, () =>
            this.message((part) => {
              if (part === 1) elements = this.int();
              else if (part === 2)
                this.message(
                  inside(1, () => {
                    let size = -1;
                    this.message(inside(1, () => (size = this.int())));
                    this.count(1);
                    dims.push(size);
                  }),
                );
              else return false;
              return true;
            }),
          ),
        );
      else return false;
      return true;
    });
    if (elements !== DATA_TYPE.double || dims.length !== 2)
      throw unusable(`its ${name || 'input'} is not a matrix of doubles`);
    return { name, columns: dims[1] ?? -1 };
  }

  #pair<T>(second: () => T): [string, T | null] {
    let first = '';
    let value: T | null = null;
    this.message((field) => {
      if (field === 1) first = this.text();
      else if (field === 2) value = second();
      else return false;
      return true;
    });
    this.count(1);
    return [first, value];
  }
}

/** The only words that our lists hold; shared, so that a million of them weigh nothing. */
function nodeMode(text: string): string {
  const mode = NODE_MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw unusable('its trees branch in ways that are not understood');
}

function attributeOf(
  type: number,
  values: {
    readonly int: number;
    readonly string: string;
    readonly tensor: OnnxTensor | null;
    readonly ints: readonly number[];
    readonly strings: readonly string[];
  },
): OnnxAttribute {
  switch (type) {
    case ATTRIBUTE_TYPE.int:
      return { kind: 'int', value: values.int };
    case ATTRIBUTE_TYPE.string:
      return { kind: 'string', value: values.string };
    case ATTRIBUTE_TYPE.ints:
      return { kind: 'ints', value: values.ints };
    case ATTRIBUTE_TYPE.strings:
      return { kind: 'strings', value: values.strings };
    case ATTRIBUTE_TYPE.tensor:
      if (values.tensor) return { kind: 'tensor', value: values.tensor };
      throw unusable('an attribute is empty');
    default:
      throw unusable(`an attribute is of type ${type}`);
  }
}
