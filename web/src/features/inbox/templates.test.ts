import { describe, expect, it } from 'vitest';
import { blanksOf, componentsOf, type Template, whyNot, wordsOf } from './templates';

const template = (components: unknown[], more: Partial<Template> = {}) =>
  ({ id: 't1', name: 'x', language: 'en', status: 'APPROVED', components, ...more }) as Template;

const SHIPPED = template([
  { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}', example: { header_text: ['A-1'] } },
  { type: 'BODY', text: 'Hello {{1}}, see {{2}} and {{1}}.', example: { body_text: [['Mali', 'Friday']] } },
  { type: 'FOOTER', text: 'Shop' },
  {
    type: 'BUTTONS',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Ask' },
      { type: 'URL', text: 'Track', url: 'https://x.test/{{1}}', example: ['https://x.test/TH1'] },
      { type: 'COPY_CODE', example: 'SAVE' },
    ],
  },
]);
const IDS = ['header:0:1', 'body:0:1', 'body:0:2', 'button:1:link', 'button:2:code'];
const VALUES = Object.fromEntries(IDS.map((id, place) => [id, `v${place}`]));

describe('a template', () => {
  it('has a blank for each variable, with the example that was given', () => {
    expect(blanksOf(SHIPPED).map(({ id, example }) => [id, example])).toEqual(
      IDS.map((id, place) => [id, ['A-1', 'Mali', 'Friday', 'TH1', 'SAVE'][place]]),
    );
  });

  it('is sent with the values at their places', () => {
    expect(componentsOf(SHIPPED, VALUES)).toEqual([
      { type: 'header', parameters: [{ type: 'text', text: 'v0' }] },
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'v1' },
          { type: 'text', text: 'v2' },
        ],
      },
      { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'v3' }] },
      {
        type: 'button',
        sub_type: 'copy_code',
        index: '2',
        parameters: [{ type: 'coupon_code', coupon_code: 'v4' }],
      },
    ]);
  });

  it('names its parameters when its variables have names', () => {
    const example = { body_text_named_params: [{ param_name: 'who', example: 'Ann' }] };
    const named = template([{ type: 'BODY', text: 'Hi {{who}}!', example }]);
    expect(blanksOf(named)[0]).toMatchObject({ id: 'body:0:who', example: 'Ann' });
    const parameters = [{ type: 'text', text: 'Bo', parameter_name: 'who' }];
    expect(componentsOf(named, { 'body:0:who': ' Bo ' })).toEqual([{ type: 'body', parameters }]);
  });

  it('asks for the file of its header', () => {
    const withPicture = template([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Look' },
    ]);
    const parameters = [{ type: 'image', image: { link: 'https://x.test/a.jpg' } }];
    expect(componentsOf(withPicture, { 'header:0:image': 'https://x.test/a.jpg' })).toEqual([
      { type: 'header', parameters },
    ]);
  });

  it('reads as the customer will have it; what is empty stays a blank', () => {
    expect(wordsOf(SHIPPED, { 'header:0:1': 'A-7', 'body:0:1': 'Ann' })).toEqual({
      header: 'Order A-7',
      body: 'Hello Ann, see {{2}} and Ann.',
      footer: 'Shop',
      buttons: ['Ask', 'Track', 'COPY_CODE'],
    });
  });

  it('says why it cannot be sent', () => {
    expect(whyNot(SHIPPED)).toBeUndefined();
    expect(whyNot({ ...SHIPPED, status: 'PAUSED' })).toBe('templates.status.paused');
    expect(whyNot({ ...SHIPPED, status: 'LOCKED' })).toBe('templates.status.other');
    expect(whyNot(template([{ type: 'CAROUSEL' }]))).toBe('templates.unfillable');
    expect(whyNot(template([{ type: 'HEADER', format: 'LOCATION' }]))).toBe('templates.unfillable');
  });

  it('of another shape has no blanks, and breaks nothing', () => {
    expect(blanksOf(template([null, 7, { type: 'BODY' }, { type: 'BUTTONS', buttons: 'x' }]))).toEqual([]);
  });
});
