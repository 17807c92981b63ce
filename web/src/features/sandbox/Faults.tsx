import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { t } from '@/i18n';
import { type FaultRule, type Platform, sandbox } from './api';
import classes from './sandbox.module.css';
import { FAULTS } from './skins';
import { faultsOptions } from './usePhone';

/** Troubles of this platform, switched on and off; they stay until they are switched off. */
export function Faults({ platform }: { platform: Platform }) {
  const queries = useQueryClient();
  const rules = useQuery(faultsOptions).data ?? [];
  const change = useMutation({
    mutationFn: (next: Pick<FaultRule, 'match' | 'fault'>[]) => sandbox.setFaults(next),
    onSettled: () => queries.invalidateQueries(faultsOptions),
  });
  const isOf = (rule: FaultRule, fault: string) => rule.fault === fault && rule.match.platform === platform;
  const toggle = (fault: string, isOn: boolean) => {
    const others = rules.filter((rule) => !isOf(rule, fault)).map(({ match, fault }) => ({ match, fault }));
    change.mutate(isOn ? [...others, { match: { platform, sends: true }, fault }] : others);
  };
  return (
    <fieldset className={classes.faults}>
      <legend>{t('sandbox.faults')}</legend>
      <p>{t('sandbox.faultsHelp')}</p>
      {FAULTS.map(({ fault, label }) => {
        const rule = rules.find((one) => isOf(one, fault));
        return (
          <label key={fault}>
            <input type="checkbox" checked={!!rule} onChange={(event) => toggle(fault, event.target.checked)} />
            <span>{t(label)}</span>
            {rule?.hits ? <small>{t('sandbox.hits', { times: rule.hits })}</small> : null}
          </label>
        );
      })}
    </fieldset>
  );
}
