throw new Error("still to be written");
