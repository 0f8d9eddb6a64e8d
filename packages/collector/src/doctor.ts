/** Examines a data folder at rest, and repairs it. An entry of its own, for it brings the database into the process. */

export { allBackups } from './backup/kept-backups.ts'
export { type OnRestoreProgress, type Restored, restoreBackup } from './backup/restore-backup.ts'
export { type DiagnoseOptions, type Diagnosis, diagnose } from './doctor/diagnose.ts'
export type { Finding, FindingCode } from './doctor/findings.ts'
export { planRepair, type Repair, type RepairOptions, repair } from './doctor/repair.ts'
export { type Backup, type BackupManifest, keepNewest, moveBackup } from './store/backup-folder.ts'
