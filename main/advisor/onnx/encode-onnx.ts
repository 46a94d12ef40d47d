import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from './onnx-graph.ts';

type Write = (writer: BinaryWriter) => void;

/** The bytes of an `.onnx` file; field numbers are those of `onnx.proto`. */
export function encodeOnnx({ irVersion, opsets, graph, metadata }: OnnxFile): Uint8Array {
  const writer = new BinaryWriter();
  int(writer, 1, irVersion);
  text(writer, 2, 'scalable');
  message(writer, 7, (inner) => putGraph(inner, graph));
  for (const [domain, version] of opsets)
    message(writer, 8, (inner) => {
      text(inner, 1, domain);
      int(inner, 2, version);
    });
  for (const [key, value] of metadata)
    message(writer, 14, (inner) => {
      text(inner, 1, key);
      text(inner, 2, value);
    });
  return writer.finish();
}

function putGraph(writer: BinaryWriter, { nodes, constants, input, outputs }: OnnxGraph): void {
  for (const node of nodes) message(writer, 1, (inner) => putNode(inner, node));
  text(writer, 2, 'chain');
  for (const [name, tensor] of constants) message(writer, 5, (inner) => putTensor(inner, tensor, name));
  message(writer, 11, (inner) => putMatrixType(inner, input.name, input.columns));
  for (const name of outputs) message(writer, 12, (inner) => putMatrixType(inner, name, 1));
}

function putNode(writer: BinaryWriter, { op, domain, inputs, outputs, attributes }: OnnxNode): void {
  for (const name of inputs) text(writer, 1, name);
  for (const name of outputs) text(writer, 2, name);
  text(writer, 4, op);
  for (const [name, attribute] of attributes)
    message(writer, 5, (inner) => putAttribute(inner, name, attribute));
  text(writer, 7, domain);
}

function putAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  text(writer, 1, name);
  switch (attribute.kind) {
    case 'int':
      int(writer, 3, attribute.value);
      break;
    case 'string':
      text(writer, 4, attribute.value);
      break;
    case 'tensor':
      message(writer, 5, (inner) => putTensor(inner, attribute.value, ''));
      break;
    case 'ints':
      message(writer, 8, (inner) => {
        for (let i = 0; i < attribute.value.length; i++) inner.int64(attribute.value[i] as number);
      });
      break;
    case 'strings':
      for (const value of attribute.value) text(writer, 9, value);
      break;
  }
  int(writer, 20, ATTRIBUTE_TYPE[attribute.kind]);
}

function putTensor(writer: BinaryWriter, { type, dims, values }: OnnxTensor, name: string): void {
  for (const dim of dims) int(writer, 1, dim);
  int(writer, 2, DATA_TYPE[type]);
  text(writer, 8, name);
  const raw = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    if (type === 'double') raw.setFloat64(8 * i, value, true);
    else raw.setBigInt64(8 * i, BigInt(value), true);
  });
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(raw.buffer));
}

/** A matrix of doubles with any number of rows. */
function putMatrixType(writer: BinaryWriter, name: string, columns: number): void {
  text(writer, 1, name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      int(tensor, 1, DATA_TYPE.double);
      message(tensor, 2, (shape) => {
        message(shape, 1, (dim) => text(dim, 2, 'rows'));
        message(shape, 1, (dim) => int(dim, 1, columns));
      });
    }),
  );
}

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}
