import type { NextConfig } from 'next';

const config: NextConfig = {
  reactCompiler: true,
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // No remote images anywhere: the optimizer is attack surface we do not need.
  images: { unoptimized: true },
};

export default config;
