namespace Tandem.Journal;

/// <summary>The entry at the position is the last one at or before the revision in etcd.</summary>
public readonly record struct JournalMark(long Position, long Revision);
