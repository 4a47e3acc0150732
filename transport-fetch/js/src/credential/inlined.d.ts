/** The WebAssembly module with chains of credentials, compressed by Brotli, in Base64. The build makes it. */
declare const inlined: string;
export default inlined;
