import { z } from 'zod';
import { RISK_NAMES } from '../advisor/online/risk.ts';

// A page under a content security policy without eval must not compile validators either.
z.config({ jitless: true });

/** Pieces of input that several areas share. Bounds keep a hostile page from asking for everything at once. */
export const projectId = z.string().regex(/^[a-f0-9]{16}$/);
export const runId = z.string().regex(/^run-[A-Za-z0-9._-]{1,200}$/);
export const instanceIdText = z.string().regex(/^[A-Za-z0-9._-]{1,200}$/);
export const planId = z.string().regex(/^[a-f0-9]{16}$/);
export const targetName = z.string().min(1).max(128);
export const taskName = z.string().min(1).max(256);
export const path = z.string().min(1).max(4096);
export const manifestText = z.string().max(5_000_000);
export const confidence = z.number().min(0.5).max(0.999);
export const risk = z.enum(RISK_NAMES);
export const paramValue = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
export const inProject = z.strictObject({ projectId });
export const inRun = z.strictObject({ projectId, runId });
