/**
 * The columns of FOCUS 1.4 (FinOps Open Cost and Usage Specification, Cost and Usage, June 2026) that
 * are filled, then our own. The 21 that it makes mandatory are marked.
 */
export const FOCUS_VERSION = '1.4';

interface FocusColumn {
  readonly type: 'String' | 'Decimal' | 'Date/Time' | 'JSON';
  readonly isMandatory: boolean;
  readonly isNullable: boolean;
}

const text = { type: 'String', isMandatory: true, isNullable: false } as const;
const cost = { type: 'Decimal', isMandatory: true, isNullable: false } as const;
const time = { type: 'Date/Time', isMandatory: true, isNullable: false } as const;
const nullable = { isNullable: true } as const;
const more = { isMandatory: false, isNullable: true } as const;

/** In the order of the file; costs may be empty in rows without a price, which FOCUS does not allow. */
export const FOCUS_COLUMNS = {
  BilledCost: cost,
  BillingAccountId: text,
  BillingAccountName: { ...text, ...nullable },
  BillingCurrency: text,
  BillingPeriodEnd: time,
  BillingPeriodStart: time,
  ChargeCategory: text,
  ChargeClass: { ...text, ...nullable },
  ChargeDescription: { ...text, ...nullable },
  ChargeFrequency: { ...text, ...more },
  ChargePeriodEnd: time,
  ChargePeriodStart: time,
  ConsumedQuantity: { ...cost, ...more },
  ConsumedUnit: { ...text, ...more },
  ContractedCost: cost,
  ContractedUnitPrice: { ...cost, ...more },
  EffectiveCost: cost,
  HostProviderName: text,
  InvoiceIssuerName: text,
  ListCost: cost,
  ListUnitPrice: { ...cost, ...more },
  PricingCategory: { ...text, ...more },
  PricingQuantity: { ...cost, ...nullable },
  PricingUnit: { ...text, ...nullable },
  ResourceId: { ...text, ...more },
  ResourceName: { ...text, ...more },
  ResourceType: { ...text, ...more },
  ServiceCategory: text,
  ServiceName: text,
  ServiceProviderName: text,
  ServiceSubcategory: { ...text, ...more },
  SkuId: { ...text, ...more },
  SkuMeter: { ...text, ...more },
  SkuPriceDetails: { ...more, type: 'JSON' },
  SkuPriceId: { ...text, ...more },
  SubAccountId: { ...text, ...more },
  SubAccountName: { ...text, ...more },
  x_Billing: { ...text, ...more },
  x_CostBasis: { ...text, ...more },
  x_TokenClass: { ...text, ...more },
  x_Tokens: { ...cost, ...more },
} as const satisfies Record<string, FocusColumn>;

export type FocusColumnName = keyof typeof FOCUS_COLUMNS;

const isColumn = (name: string): name is FocusColumnName => name in FOCUS_COLUMNS;

export const FOCUS_COLUMN_NAMES = Object.keys(FOCUS_COLUMNS).filter(isColumn);

/** What a consumer needs beside the file: which columns, of which type, and how a later file relates. */
export function describeFocus(): Record<string, unknown> {
  return {
    FocusVersion: FOCUS_VERSION,
    Dataset: 'Cost and Usage',
    Conformance:
      'shaped after the specification; not certified, and costs without a price are null',
    Delivery: 'Overwrite',
    Columns: Object.entries<FocusColumn>(FOCUS_COLUMNS).map(
      ([ColumnName, { type, isMandatory, isNullable }]) => ({
        ColumnName,
        DataType: type,
        Mandatory: isMandatory,
        Nullable: isNullable,
      }),
    ),
  };
}
