import { Tooltip } from '@mantine/core';
import type { Shown } from './tips';

export default function Tip({ element, label, side }: Shown) {
  return <Tooltip key={label} target={element} label={label} position={side} opened />;
}
