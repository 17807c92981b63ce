import { describe, expect, it } from 'vitest';
import type { Json, PhoneMessage } from './api';
import { readable } from './readable';

const message = (type: string, body: Json, more: Partial<PhoneMessage> = {}): PhoneMessage => ({
  id: 'm1',
  at: 0,
  direction: 'out',
  type,
  body,
  author: 'Shop',
  status: 'sent',
  ...more,
});

describe('a message on the phone', () => {
  it('shows the buttons of a Messenger template', () => {
    const payload = {
      template_type: 'button',
      text: 'Pick one',
      buttons: [
        { type: 'postback', title: 'Buy', payload: 'BUY' },
        { type: 'web_url', title: 'Look', url: 'https://example.com' },
      ],
    };
    const shown = readable(message('template', { attachment: { type: 'template', payload } }));
    expect(shown.text).toBe('Pick one');
    expect(shown.buttons).toEqual([
      { label: 'Buy', isLink: false },
      { label: 'Look', isLink: true },
    ]);
  });

  it('shows cards with their own buttons', () => {
    const elements = [{ title: 'Shirt', subtitle: 'Blue', buttons: [{ type: 'postback', title: 'Take it' }] }];
    const shown = readable(message('template', { attachment: { payload: { elements } } }));
    expect(shown.cards).toEqual([
      { title: 'Shirt', subtitle: 'Blue', image: null, buttons: [{ label: 'Take it', isLink: false }] },
    ]);
  });

  it("shows WhatsApp's reply buttons and lists", () => {
    const action = { buttons: [{ type: 'reply', reply: { id: '1', title: 'Yes' } }] };
    expect(readable(message('interactive', { body: { text: 'Sure?' }, action })).text).toBe('Sure?');
    expect(readable(message('interactive', { action })).buttons).toEqual([{ label: 'Yes', isLink: false }]);
    const sections = [{ title: 'All', rows: [{ id: 'a', title: 'Row' }] }];
    expect(readable(message('interactive', { action: { sections } })).buttons[0]?.label).toBe('Row');
  });

  it("shows LINE's quick replies, templates and flex texts", () => {
    const quickReply = { items: [{ type: 'action', action: { type: 'message', label: 'Hours', text: 'Hours?' } }] };
    expect(readable(message('text', { text: 'Hi', quickReply })).quickReplies[0]?.label).toBe('Hours');
    const contents = {
      type: 'bubble',
      body: {
        type: 'box',
        contents: [
          { type: 'text', text: 'Sum' },
          { type: 'button', action: { type: 'postback', label: 'Pay' } },
        ],
      },
    };
    const flex = readable(message('flex', { altText: 'Bill', contents }));
    expect(flex.text).toBe('Bill\nSum');
    expect(flex.buttons[0]?.label).toBe('Pay');
  });

  it('shows files from the sandbox and from the hub, and loads nothing from elsewhere', () => {
    const held = readable(
      message('image', {}, { media: [{ id: '7', mime_type: 'image/png', filename: '', size: 3 }] }),
    );
    expect(held.media).toEqual([{ kind: 'image', url: '/_sandbox/media/7', name: 'image/png' }]);
    const ours = readable(message('image', { originalContentUrl: 'http://127.0.0.1:8000/media/a/b.png?t=1' }));
    expect(ours.media[0]?.url).toBe('/media/a/b.png?t=1');
    const foreign = readable(message('image', { attachment: { payload: { url: 'https://evil.test/x.png' } } }));
    expect(foreign.media[0]).toEqual({ kind: 'image', url: null, name: 'x.png' });
  });

  it('shows places of every platform', () => {
    const meta = { attachments: [{ type: 'location', payload: { coordinates: { lat: 1, long: 2 } } }] };
    expect(readable(message('location', meta)).place).toEqual({ title: '', latitude: 1, longitude: 2 });
    const whatsapp = { location: { latitude: 3, longitude: 4, name: 'Shop' } };
    expect(readable(message('location', whatsapp)).place).toEqual({ title: 'Shop', latitude: 3, longitude: 4 });
  });

  it('shows nothing rather than failing when a body is strange', () => {
    expect(readable(message('text', { text: 7, attachment: 'x', quick_replies: 'y' })).text).toBe('');
  });
});
