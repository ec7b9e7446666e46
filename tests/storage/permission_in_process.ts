// Uses each kind of storage without the permission that it needs.
import {
  azureStorage,
  directoryStorage,
  gcsStorage,
  s3Storage,
  StorageRefusedError,
} from "../../src/storage/mod.ts";

const bucket = "photos";
for (
  const storage of [
    directoryStorage("objects"),
    s3Storage({
      region: "us-east-1",
      bucket,
      accessKeyId: "id",
      secretAccessKey: "secret",
    }),
    azureStorage({ account: bucket, accountKey: "a2V5", container: bucket }),
    gcsStorage({ bucket, token: () => "token" }),
  ]
) {
  try {
    await storage.get("a");
  } catch (error) {
    if (!(error instanceof StorageRefusedError)) throw error;
    const { code, message } = error;
    console.log(JSON.stringify({ code, message }));
  }
}
