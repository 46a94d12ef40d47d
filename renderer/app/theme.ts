import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Deep water: the one accent. Shade 6 carries white text (5.6:1), shade 3 reads on the dark ground (8:1). */
const tide: MantineColorsTuple = [
  '#eef5fb',
  '#d8e7f5',
  '#b2cfea',
  '#86b4df',
  '#5c9ad4',
  '#3b83c6',
  '#2169b0',
  '#1b5894',
  '#174a7c',
  '#123a62',
];

/** Cool greys. 6 is the smallest contrast for text on white (5.5:1). */
const gray: MantineColorsTuple = [
  '#f7f8fa',
  '#eff1f4',
  '#e3e6eb',
  '#d1d6dd',
  '#b0b7c3',
  '#6c7584',
  '#5a6372',
  '#434b58',
  '#2d333d',
  '#1c2128',
];

/** The dark scheme: 0 text, 2 dimmed text (7:1 on the ground), 4 lines, 6 surfaces, 7 the ground. */
const dark: MantineColorsTuple = [
  '#dde1e8',
  '#bcc3ce',
  '#9aa3b1',
  '#767f8e',
  '#363c47',
  '#292e37',
  '#1e2229',
  '#16191f',
  '#111419',
  '#0c0e12',
];

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 6, dark: 6 },
  colors: { tide, gray, dark },
  black: '#1c2128',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.4' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '16px' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, multiline: true, maw: 360 } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', fz: 'sm' } },
    Modal: {
      styles: { title: { fontWeight: 600 } },
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        centered: true,
        padding: 'md',
        transitionProps: { duration: 120 },
      },
    },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
  },
});

/** Names for places, so that styles never choose shades: `var(--app-line)`. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-error': '#b3261e',
    '--mantine-color-placeholder': gray[5],
    '--mantine-color-anchor': tide[6],
    '--app-rail': gray[0],
    '--app-surface': '#ffffff',
    '--app-sunken': gray[0],
    '--app-hover': gray[1],
    '--app-selected': '#e4eef8',
    '--app-selected-text': tide[8],
    '--app-line': gray[2],
    '--app-line-strong': gray[3],
    '--app-accent': tide[6],
  },
  dark: {
    '--mantine-color-body': dark[7],
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-error': '#ff9a8f',
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-anchor': tide[3],
    '--app-rail': dark[8],
    '--app-surface': dark[6],
    '--app-sunken': dark[8],
    '--app-hover': dark[5],
    '--app-selected': '#1d3147',
    '--app-selected-text': '#cfe2f4',
    '--app-line': dark[5],
    '--app-line-strong': dark[4],
    '--app-accent': tide[3],
  },
});
