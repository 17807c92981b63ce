import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#ecf6f6',
  '#d8ebec',
  '#b1d7d9',
  '#86c2c5',
  '#5fadb1',
  '#3f979c',
  '#2a8288',
  '#1b6f75',
  '#125c62',
  '#08474c',
];

const dark: MantineColorsTuple = [
  '#d9dde2',
  '#b9c0c8',
  '#98a1ab',
  '#727d89',
  '#4d5762',
  '#3a434d',
  '#2b323a',
  '#20262c',
  '#191e23',
  '#13171b',
];

/**
 * What lies over the page is there, with the focus, when it is called, and gone when it is closed: while it faded in
 * or out, keys went to the wrong place. Its appearing is left to CSS.
 */
const AT_ONCE = { transitionProps: { duration: 0 } };

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: 7,
  colors: { petrol, dark },
  fontFamily:
    "'Inter Variable', system-ui, 'Noto Sans', 'Noto Sans Thai', 'Noto Sans JP', 'Noto Sans Arabic', sans-serif",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    // The page itself never scrolls: there is nothing to lock.
    Modal: {
      defaultProps: { lockScroll: false, centered: true, radius: 'lg', ...AT_ONCE },
      styles: { title: { fontWeight: 600 } },
    },
    Drawer: { defaultProps: { lockScroll: false, ...AT_ONCE } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 'xs', color: 'dark.7' } },
    // The placeholder that takes the focus is no item of a menu: axe objects, and the first item is better anyway.
    Menu: { defaultProps: { shadow: 'md', radius: 'md', withInitialFocusPlaceholder: false, ...AT_ONCE } },
    Popover: { defaultProps: { shadow: 'md', radius: 'md', ...AT_ONCE } },
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
  },
});

/** Mantine's dimmed text fails WCAG AA; its greys for controls are made to pass as well. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#58616b',
    '--mantine-color-placeholder': '#667079',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-gray-light-color': '#4b545d',
    '--mantine-color-gray-outline': '#4b545d',
    '--mantine-color-petrol-light-color': '#125c62',
    '--mantine-color-anchor': '#125c62',
    '--mantine-color-error': '#b42318',
    '--mantine-color-red-light-color': '#a61b12',
    '--mantine-color-red-outline': '#b42318',
    '--mantine-color-red-filled': '#c0291d',
    '--mantine-color-yellow-light-color': '#7a4b00',
    '--mantine-color-orange-light-color': '#8a3d00',
    '--mantine-color-green-light-color': '#1b6b32',
    '--mantine-color-teal-light-color': '#08695a',
    '--mantine-color-blue-light-color': '#155a9c',
  },
  dark: {
    '--mantine-color-dimmed': '#a7afb9',
    '--mantine-color-placeholder': '#8f99a4',
    '--mantine-color-body': '#191e23',
    '--mantine-color-text': '#e3e7eb',
    '--mantine-color-petrol-light-color': '#9bd2d4',
    '--mantine-color-petrol-outline': '#86c2c5',
    '--mantine-color-anchor': '#86c2c5',
    '--mantine-color-error': '#ff9d94',
    '--mantine-color-red-light-color': '#ff9d94',
    '--mantine-color-red-outline': '#ff9d94',
    '--mantine-color-red-filled': '#c0291d',
    '--mantine-color-red-filled-hover': '#a61b12',
    // Mantine's own is too light for the fainter words in a menu.
    '--menu-item-hover': '#343c45',
  },
});
