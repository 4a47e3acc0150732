/**
 * The instances of a class that the host has, such as those of `AbortSignal`; `Otherwise` where its types are not there. So
 * these declarations hold whichever libraries a program is compiled with.
 */
export type Global<Name extends string, Otherwise = never> = typeof globalThis extends {
  [name in Name]: { prototype: infer Instance };
}
  ? Instance
  : Otherwise;
