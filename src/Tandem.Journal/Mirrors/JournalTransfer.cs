namespace Tandem.Journal;
public static class JournalTransfer { }
