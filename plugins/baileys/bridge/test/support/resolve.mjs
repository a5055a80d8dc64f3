// The simulator lives in tests/wasim and brings no packages of its own: what it does not find there is
// taken from the bridge's.
import { registerHooks } from 'node:module';

const here = import.meta.url;

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      const bare = !/^[./]|^[a-z]+:/.test(specifier);
      if (!bare || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return next(specifier, { ...context, parentURL: here });
    }
  },
});
