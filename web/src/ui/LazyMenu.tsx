import { Menu, type MenuProps } from '@mantine/core';
import { useId, useUncontrolled } from '@mantine/hooks';
import { type ReactNode, type Ref, useRef } from 'react';
import { Anchor, useLazily } from './lazily';

/** What the button of a menu has to pass on to its element. */
export interface MenuButtonProps {
  ref: Ref<HTMLButtonElement>;
  id: string;
  'aria-haspopup': 'menu';
  'aria-expanded': boolean;
  'aria-controls': string | undefined;
  onClick: () => void;
}

interface Props extends Pick<MenuProps, 'position' | 'width' | 'opened' | 'onChange'> {
  button: (props: MenuButtonProps) => ReactNode;
  /** Of the list of choices. */
  className?: string | undefined;
  children: ReactNode;
}

/** A menu of which only the button is in the page until somebody opens it. */
export function LazyMenu({ button, className, opened, onChange, children, ...others }: Props) {
  const [isWanted, setWanted] = useUncontrolled({ value: opened, defaultValue: false, onChange });
  const { isThere, isOpen } = useLazily(isWanted);
  const target = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <>
      {button({
        ref: target,
        // As Mantine names them, whose list of choices is labelled by its target.
        id,
        'aria-haspopup': 'menu',
        'aria-expanded': isWanted,
        'aria-controls': isOpen ? `${id}-dropdown` : undefined,
        onClick: () => setWanted(!isWanted),
      })}
      {isThere && (
        <Menu id={id} opened={isOpen} onChange={setWanted} {...others}>
          <Menu.Target>
            <Anchor of={target} />
          </Menu.Target>
          <Menu.Dropdown className={className}>{children}</Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
